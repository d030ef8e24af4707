// Kept in step with the server: what was imported or received appears by itself.

import { getJson } from "../net/api.js";
import { followChanges } from "../net/changes.js";
import { dismiss, explain, welcome } from "../ui/notices.js";
import { leaves } from "../ui/kind_tree.js";
import { treeOf } from "../ui/view_defaults.js";

export const live = {
  wire(page) {
    welcome(page.situation);
    const renew = () => page.guarded("renew", renew, async () => {
      const before = page.situation;
      const now = await getJson("/api/v1/situation");
      // another base map, other kinds or another extent are built into the parts: begin anew, at the same address
      const isOtherGround = before.basemap !== now.basemap
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
      page.emit("renew", { before, now });
    });
    page.follow = () => followChanges(page.situation.seq, {
      onChange: renew,
      onLost: (error) => explain("line", error),
      onFound: () => {
        dismiss("line");
        renew();
      },
    });
  },
};
