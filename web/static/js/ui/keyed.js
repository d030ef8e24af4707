// A list that is drawn again without being made anew: rows are known by a key, keep their place, focus and motion.

// make(item) -> a node; update(node, item) writes what may have changed since.
export function drawKeyed(list, items, { keyOf, make, update = () => {} }) {
  const focused = document.activeElement;
  const before = new Map([...list.children].map((node) => [node.dataset.key, node]));
  items.forEach((item, i) => {
    const key = String(keyOf(item));
    const node = before.get(key) || make(item);
    node.dataset.key = key;
    update(node, item);
    if (list.children[i] !== node) list.insertBefore(node, list.children[i] || null);
  });
  while (list.children.length > items.length) list.lastElementChild.remove();
  if (focused !== document.activeElement && list.contains(focused)) focused.focus({ preventScroll: true });
}
