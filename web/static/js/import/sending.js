// A file on its way to the server: the body is the file itself, and how far it is can be seen.

import { Refused, query } from "../net/api.js";

// -> { token, name, size_bytes }; onProgress(share) from 0 to 1. XMLHttpRequest, because fetch tells nothing of it.
export function sendFile(file, { onProgress }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/v1/uploads?${query({ name: file.name })}`);
    request.responseType = "json";
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("X-CSRFToken", document.querySelector('meta[name="csrf-token"]').content);
    request.upload.addEventListener("progress", ({ loaded, total }) => onProgress(total ? loaded / total : 0));
    request.addEventListener("load", () => {
      if (request.status === 201) resolve(request.response);
      else reject(new Refused(request.status, (request.response || {}).error));
    });
    request.addEventListener("error", () => reject(new Refused(0)));
    request.send(file);
  });
}
