// The tree of kinds and a choice in it. A choice is a Set of leaf codes, or null for all.

export function leaves(tree) {
  return tree.flatMap((kind) => leavesOf(kind));
}

// A parent that incidents carry themselves counts as a leaf of its own.
export function leavesOf(kind) {
  const children = kind.children || [];
  return children.length ? children.flatMap((child) => leavesOf(child)) : [kind.code];
}

// null: all kinds; else the shortest list of codes that means the choice.
export function toCodes(tree, chosen) {
  if (chosen === null) return null;
  return tree.flatMap((kind) => shortest(kind, chosen)).join(",");
}

function shortest(kind, chosen) {
  if (leavesOf(kind).every((code) => chosen.has(code))) return [kind.code];
  return (kind.children || []).flatMap((child) => shortest(child, chosen));
}

export function fromCodes(tree, text) {
  if (text === null || text === undefined || text === "") return null;
  const asked = new Set(text.split(","));
  const chosen = new Set();
  const take = (kind, above) => {
    const taken = above || asked.has(kind.code);
    const children = kind.children || [];
    if (!children.length && taken) chosen.add(kind.code);
    for (const child of children) take(child, taken);
  };
  for (const kind of tree) take(kind, false);
  return chosen.size && chosen.size < leaves(tree).length ? chosen : null;
}

export function toggle(tree, chosen, codes, on) {
  const all = leaves(tree);
  const next = new Set(chosen === null ? all : chosen);
  for (const code of codes) {
    if (on) next.add(code);
    else next.delete(code);
  }
  return next.size === all.length ? null : next;
}

// A kind's figure with all below it; the server counts each incident once, at its own kind.
export function countOf(kind, byKind) {
  return (kind.children || []).reduce((sum, child) => sum + countOf(child, byKind), byKind[kind.code] || 0);
}

export function nameOf(tree, code, lang) {
  for (const kind of tree) {
    if (kind.code === code) return kind[lang] || kind.code;
    const below = nameOf(kind.children || [], code, lang);
    if (below) return below;
  }
  return "";
}
