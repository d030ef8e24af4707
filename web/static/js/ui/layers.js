// Which layers are drawn.

import { byId } from "./dom.js";

export function wireLayers(state) {
  const boxes = [...byId("layers").querySelectorAll("input")];
  for (const box of boxes) {
    box.addEventListener("change", () => {
      const hidden = new Set(state.get().hidden);
      if (box.checked) hidden.delete(box.value);
      else hidden.add(box.value);
      state.set({ hidden });
    });
  }
  const draw = ({ hidden }) => {
    for (const box of boxes) box.checked = !hidden.has(box.value);
  };
  state.on(["hidden"], draw);
  draw(state.get());
}
