// Pictures of the organisation's own below everything: a file of this server, or tiles of another one of its network.

const PANE = "own";
const FINEST = 22;

export class OwnTiles {
  constructor(map, { url, min_zoom: least, max_zoom: finest, is_elsewhere: isElsewhere }, { onFailed = () => {}, onDrawn = () => {} } = {}) {
    this.map = map;
    map.createPane(PANE).style.zIndex = "190";
    this.layer = L.tileLayer(url, {
      pane: PANE, minZoom: least, maxZoom: FINEST, maxNativeZoom: finest, noWrap: true, keepBuffer: 1, updateWhenIdle: false,
      className: isElsewhere ? "own-tiles own-tiles--elsewhere" : "own-tiles", // what comes from elsewhere would spoil a picture
    });
    let drawn = 0;
    this.layer.on("loading", () => { drawn = 0; });
    this.layer.on("tileload", () => { drawn += 1; });
    this.layer.on("load", () => (drawn ? onDrawn() : onFailed())); // beyond its edge a server has no tiles, and that is no failure
  }

  show(isShown) {
    if (isShown) this.layer.addTo(this.map);
    else this.layer.remove();
  }

  retry() {
    this.layer.redraw();
  }
}

// Who made the pictures, and their approval number.
export function creditOf({ credit, approval_number: approval }) {
  return [credit, approval].filter(Boolean).join(" · ");
}
