// The tab "Gatherings": where something new gathers. The report is made by a process of its own; the page asks for one
// by itself when there is none of the newest day, once it is drawn.

import { address, getJson, latest, send } from "../net/api.js";
import { t } from "../net/words.js";
import { byId } from "../ui/dom.js";
import { loadStyle } from "../ui/late.js";
import { whenReady } from "../ui/ready.js";
import { isOpen } from "../ui/rights.js";

const LOOK_MS = 1000;
const LOOK_UNSEEN_MS = 5000;
const IS_OPEN = new Set(["queued", "running"]);

export const gatherings = {
  wire(page) {
    if (isOpen("api.gatherings")) page.gatherings = new Gatherings(page);
    else byId("panel-gatherings").hidden = true;
  },
};

class Gatherings {
  constructor(page) {
    this.page = page;
    this.standing = null;
    this.view = "new";
    this.asked = new Set(); // days for which this page asked by itself
    this.askStanding = latest((values, how) => getJson("/api/v1/gatherings", values, how));
    page.panel.add({ id: "gatherings", label: t("Gatherings"), element: byId("panel-gatherings"), onShow: () => this.look() });
    for (const button of byId("gatherings-view").children) button.addEventListener("click", () => this.choose(button.dataset.view));
    page.state.on(["tab"], () => this.draw());
    page.on("renew", () => this.look());
    page.state.on(["plan"], () => this.look());
    page.on("mode", () => this.draw());
    page.on("grids", () => this.draw());
    whenReady(() => this.standing || this.look());
  }

  choose(view) {
    this.view = view;
    for (const button of byId("gatherings-view").children) button.setAttribute("aria-pressed", String(button.dataset.view === view));
    this.draw();
  }

  // How things are; while a report is being made it is asked again and again.
  async look() {
    clearTimeout(this.timer);
    await this.page.guarded("gatherings", () => this.look(), async () => {
      const { plan } = this.page.state.get();
      this.standing = await this.askStanding({ plan });
      const { state, is_current: isCurrent, newest_on: newest } = this.standing;
      const isWanted = isOpen("api.ask") && newest && !isCurrent && (state === "none" || state === "done") && !this.asked.has(`${newest} ${plan}`);
      if (isWanted) {
        this.asked.add(`${newest} ${plan}`);
        return this.begin();
      }
      await this.draw();
    });
    if (this.standing && IS_OPEN.has(this.standing.state)) this.timer = setTimeout(() => this.look(), this.page.panel.isShown("gatherings") ? LOOK_MS : LOOK_UNSEEN_MS);
  }

  async begin() {
    await this.page.guarded("gatherings", () => this.begin(), async () => {
      await send("POST", address("/api/v1/gatherings", { plan: this.page.state.get().plan }));
      await this.look();
    });
  }

  async cancel() {
    const { job } = this.standing;
    await this.page.guarded("gatherings", () => this.cancel(), async () => {
      await send("POST", `/api/v1/jobs/${job.uid}/cancel`);
      await this.look();
    });
  }

  async draw() {
    const { page } = this;
    const isShown = page.panel.isShown("gatherings");
    if (!isShown) return this.outline && this.outline.clear();
    if (!this.standing) return;
    const [{ drawReport }, { Outline }] = await Promise.all([
      import("./gathering_report.js"), import("../map/outline.js"), loadStyle("css/gatherings.css"),
    ]);
    this.outline = this.outline || new Outline(page.layers.grids);
    if (page.panel.isShown("gatherings")) drawReport(this);
  }
}
