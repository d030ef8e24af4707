// Two maps of one size that show the same place at the same zoom: whichever is moved takes the other along, to the pixel.

// -> { align(): the second, whose place may have another size, to where the first is; stop() }.
export function keepInStep(first, second) {
  const before = [first, second].map((map) => [map, map._zoomAnimated, map.options.zoomAnimation]);
  for (const [map] of before) {
    map._zoomAnimated = false; // two animations would drift apart: a zoom is one step in both
    map.options.zoomAnimation = false;
  }
  let leader = null;
  const leading = (who, work) => {
    leader = who;
    work();
    leader = null;
  };
  const lead = (from, to) => {
    const led = (work) => () => {
      if (!leader) leading(from, work);
    };
    const moved = led(() => follow(from, to));
    const rested = led(() => {
      follow(from, to);
      to.fire("moveend");
    });
    from.on({ move: moved, moveend: rested });
    return () => from.off({ move: moved, moveend: rested });
  };
  const stops = [lead(first, second), lead(second, first)];
  return {
    align: () => leading(first, () => {
      second.invalidateSize({ pan: false });
      second.setView(first.getCenter(), first.getZoom(), { animate: false });
    }),
    stop() {
      for (const stop of stops) stop();
      for (const [map, animated, option] of before) {
        map._zoomAnimated = animated;
        map.options.zoomAnimation = option;
      }
    },
  };
}

// While a drag goes on only the pane is moved: layers catch up when it rests, as they do in the map that is dragged.
function follow(from, to) {
  const zoom = from.getZoom();
  const centre = from.getCenter();
  if (zoom !== to.getZoom()) {
    if (Number.isInteger(zoom)) to.setView(centre, zoom, { animate: false });
    else to._move(centre, zoom, { pinch: true, round: false });
    return;
  }
  const by = to.project(centre, zoom).subtract(to.project(to.getCenter(), zoom)).round();
  if (!by.x && !by.y) return;
  to._rawPanBy(by);
  to.fire("move");
}
