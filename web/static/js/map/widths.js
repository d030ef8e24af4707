// Line widths in px by zoom, given at 12, 14, 16 and 18 and straight between; 0 is not drawn.

const AT = [12, 14, 16, 18];

export function byZoom(stops) {
  return (zoom) => {
    if (zoom <= AT[0]) return stops[0];
    if (zoom >= AT[3]) return stops[3];
    const i = Math.floor((zoom - AT[0]) / 2);
    return stops[i] + ((stops[i + 1] - stops[i]) * (zoom - AT[i])) / 2;
  };
}

export const TRUNK = byZoom([2, 4, 9, 18]);
export const STREET = byZoom([1, 2, 5, 11]);
export const LANE = byZoom([0, 0.6, 2.5, 6]);
export const PATH = byZoom([0, 0, 1, 2]);
export const GRID = byZoom([0, 0.8, 1.2, 1.5]);
export const HALO = 1.5;
export const BORDERS = { district: 3, street: 2, community: 1.5 };
