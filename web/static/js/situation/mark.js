// A place that the address asks to mark: ?at=lon,lat&name=

export const mark = {
  address: {
    read: (asked) => ({ at: asked.get("at") || null, name: asked.get("name") || null }),
    write: ({ at, name }) => ({ at, name: at ? name : null }),
  },
  wire(page) {
    let shown = null;
    // what most visits do not need is fetched when there is a place to mark
    const draw = async () => {
      if (!shown && !markedPlace(page.state.get())) return;
      const { AskedPlace } = await import("../map/asked_place.js");
      shown = shown || new AskedPlace(page.map, () => page.state.set({ at: null, name: null }, { push: true }));
      shown.show(markedPlace(page.state.get()));
    };
    page.state.on(["at", "name"], draw);
    page.first.push(draw);
  },
};

// { lon, lat, name } from `at` ("lon,lat") and `name`; null where it is none.
export function markedPlace({ at, name }) {
  const parts = (at || "").split(",");
  const [lon, lat] = parts.map((text) => (text.trim() ? Number(text) : NaN));
  return parts.length === 2 && Math.abs(lat) <= 85 && Math.abs(lon) <= 180 ? { lon, lat, name } : null;
}
