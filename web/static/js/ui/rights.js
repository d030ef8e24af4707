// What is not open to whoever looks at this page is left out of it. The server decides; it names what it would refuse.

const closed = new Set((document.documentElement.dataset.closed || "").split(" "));

export const isOpen = (endpoint) => !closed.has(endpoint);
