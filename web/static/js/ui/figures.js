// Figures from the server for what is chosen: sum, kinds, timeline, legend, the selected grid. Each question has one
// answer on the screen, the newest.

import { getJson, isAbort, latest, query } from "../net/api.js";
import { isDark } from "../map/colours.js";
import { toText } from "./dates.js";
import { drawGridCounts, drawRecent } from "./detail.js";
import { toCodes } from "./kind_tree.js";
import { drawLegend } from "./legend.js";
import { dismiss, explain, sayIfEmpty } from "./notices.js";
import { drawSummary } from "./summary.js";

const NOTHING = { total: 0, in_grids: 0, outside: 0, month_rows: 0, by_kind: {}, by_grid: {} };
const RECENT = 6;

export class Figures {
  constructor(page) {
    this.page = page;
    this.counts = NOTHING;
    this.ask = {
      counts: latest((values, how) => getJson("/api/v1/counts", values, how)),
      kinds: latest((values, how) => getJson("/api/v1/counts", values, how)),
      timeline: latest((values, how) => getJson("/api/v1/timeline", values, how)),
      legend: latest((values, how) => getJson("/api/v1/legend", values, how)),
      gridCounts: latest((values, how) => getJson("/api/v1/counts", values, how)),
      recent: latest((values, how) => getJson("/api/v1/incidents", values, how)),
    };
  }

  // null where no kind is chosen: there is nothing to ask.
  kinds() {
    const { kinds } = this.page.state.get();
    return kinds && !kinds.size ? null : { kinds: toCodes(this.page.tree, kinds) };
  }

  period() {
    const { from, to } = this.page.state.get();
    return { from: toText(from), to: toText(to) };
  }

  heatValues() {
    const { bandwidth, hidden } = this.page.state.get();
    const kinds = this.kinds();
    const { counts, heat } = this.page.situation;
    if (!kinds || hidden.has("heat") || !counts.incidents) return null;
    return { ...this.period(), ...kinds, bw: bandwidth, theme: isDark() ? "dark" : "light", v: heat.version };
  }

  async drawCounts() {
    const { state, situation, kindList } = this.page;
    const kinds = this.kinds();
    await this.guarded("counts", () => this.drawCounts(), async () => {
      // each kind's figure is that of the period, chosen or not: it says what choosing it would bring
      // awaited as one: a question that is overtaken must not leave the other's refusal to nobody
      const [chosen, everything] = await Promise.all([
        kinds ? this.ask.counts({ ...this.period(), ...kinds }) : NOTHING,
        kinds && kinds.kinds === null ? null : this.ask.kinds(this.period()),
      ]);
      this.counts = chosen;
      drawSummary(state.get(), chosen);
      kindList.count((everything || chosen).by_kind);
      sayIfEmpty(state.get(), this.counts, situation.counts, () => this.page.showAll());
    });
  }

  async drawTimeline() {
    const kinds = this.kinds();
    await this.guarded("timeline", () => this.drawTimeline(), async () => {
      this.page.timeline.set(kinds ? await this.ask.timeline(kinds) : { first_on: null, daily: [], months: [] });
    });
  }

  async drawLegend() {
    const kinds = this.kinds();
    if (!kinds) return;
    await this.guarded("legend", () => this.drawLegend(), async () => {
      drawLegend(await this.ask.legend({ ...kinds, bw: this.page.state.get().bandwidth, theme: isDark() ? "dark" : "light" }));
    });
  }

  async drawGrid() {
    const { state, tree, situation } = this.page;
    const { grid } = state.get();
    if (!grid) return;
    const kinds = this.kinds();
    const values = { ...this.period(), ...kinds, grid };
    await this.guarded("grid", () => this.drawGrid(), async () => {
      const counts = kinds ? await this.ask.gridCounts(values) : NOTHING;
      drawGridCounts(counts, this.counts.total, tree);
      const recent = kinds ? await this.ask.recent({ ...values, limit: RECENT }) : { items: [] };
      drawRecent(recent, tree, situation.project.time_zone, `/incidents?${query({ ...this.period(), grid })}`);
    });
  }

  // A failure is shown with a way to try again; a question that was overtaken is no failure.
  async guarded(key, again, work) {
    try {
      await work();
      dismiss(key);
    } catch (error) {
      if (!isAbort(error)) explain(key, error, again);
    }
  }
}
