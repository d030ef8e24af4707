// Kept in step with the server: what was imported or received appears by itself, quietly. Incidents that came while
// somebody looks on, and that the filters show, are told in one line and ringed on the map.

import { getJson } from "../net/api.js";
import { followChanges } from "../net/changes.js";
import { lang, t, tn } from "../net/words.js";
import { fit } from "../map/stage.js";
import { dismiss, explain, tellNews, welcome } from "../ui/notices.js";
import { leaves, nameOf } from "../ui/kind_tree.js";
import { isOpen } from "../ui/rights.js";
import { treeOf } from "../ui/view_defaults.js";
import { SELECTION } from "./selection.js";

const RECEIVED = "incident.received";
const ASKED = 100; // new incidents that are looked at one by one
const NEWS = "news";
const NEAR_ZOOM = 16;
const STAYS_MS = 20000; // how long a ring stays after it was looked at

export const live = {
  wire(page) {
    welcome(page.situation);
    const news = new News(page);
    const renew = (entries) => page.guarded("renew", () => renew(entries), async () => {
      const before = page.situation;
      const [now] = await Promise.all([getJson("/api/v1/situation"), news.look(entries)]);
      // another base map, other settings, other kinds or another extent are built into the parts: begin anew, at the same address
      const isOtherGround = before.basemap !== now.basemap
        || before.project.settings_version !== now.project.settings_version
        || String(before.project.extent) !== String(now.project.extent)
        || String(leaves(page.tree)) !== String(leaves(treeOf(now)));
      if (isOtherGround) {
        if (!before.counts.incidents) history.replaceState(null, "", location.pathname); // where and when the data are is known only now
        else page.writeAddress();
        location.reload();
        return;
      }
      page.situation = now;
      welcome(now);
      page.emit("renew", { before, now, entries });
    });
    page.follow = () => followChanges(page.situation.seq, {
      onChange: renew,
      onLost: (error) => explain("line", error),
      onFound: () => {
        dismiss("line");
        renew([]);
      },
    });
  },
};

// What is new since the last time somebody took notice, newest first.
class News {
  constructor(page) {
    this.page = page;
    this.items = [];
    page.state.on([...SELECTION, "spot"], () => this.forget());
  }

  // Which of the entries of the feed are new incidents that the filters show.
  async look(entries) {
    const uids = entries.filter(({ action }) => action === RECEIVED).map(({ uid }) => uid).slice(-ASKED);
    const words = this.page.selection();
    if (!uids.length || !words || !isOpen("api.incidents")) return;
    const { items } = await getJson("/api/v1/incidents", { ...words, uids: uids.join(","), limit: ASKED });
    if (String(Object.values(words)) !== String(Object.values(this.page.selection() || {}))) return; // other filters by now
    const known = new Set(this.items.map(({ uid }) => uid));
    const arrived = uids.map((uid) => items.find((item) => item.uid === uid)).filter((item) => item && !known.has(item.uid));
    if (!arrived.length) return;
    this.items = [...arrived.reverse(), ...this.items];
    if (!this.page.state.get().spot) this.page.place.view.list.mark(this.items);
    this.tell();
    const { Rings } = await import("../map/rings.js");
    this.rings = this.rings || new Rings(this.page.map);
    this.rings.show(this.items);
  }

  tell() {
    const [newest] = this.items;
    const { page } = this;
    const where = newest.address || page.place.view.gridName(newest.grid);
    tellNews(NEWS, {
      text: tn("{n} new incident", "{n} new incidents", this.items.length),
      hint: [nameOf(page.tree, newest.kind, lang) || newest.kind, where].filter(Boolean).join(" · "),
      label: t("See them"),
      action: () => this.show(),
      onClose: () => this.forget(),
    });
  }

  // The list of incidents, and where on the map the new ones are.
  show() {
    const { page, items } = this;
    const bounds = L.latLngBounds(items.map(({ lon, lat }) => [lat, lon]));
    if (page.map.getZoom() < NEAR_ZOOM - 3 || !page.map.getBounds().pad(-0.1).contains(bounds)) fit(page.map, bounds.pad(0.2), { maxZoom: NEAR_ZOOM });
    page.panel.show("place");
    page.place.view.showList();
    this.items = [];
    dismiss(NEWS);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => !this.items.length && this.forget(), STAYS_MS);
  }

  forget() {
    clearTimeout(this.timer);
    this.items = [];
    dismiss(NEWS);
    if (this.rings) this.rings.show([]);
    this.page.place.view.list.mark([]);
  }
}
