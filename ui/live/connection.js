// Opens the tab's socket, and tells the page which visit this tab is and when the socket stays closed.

import { text } from "./checks.js";
import "./canvas.js"; // sends the drawing as soon as the socket is open
import * as socket from "./socket.js";
import * as visit from "./visit.js";

const OFFLINE = 5000; // milliseconds without a socket until the page is to help itself
const DECISION = 1500; // that the page has to take this tab's old visit up again
const AGAIN = 3000; // between two reports: Streamlit drops what is said while it is not connected itself
const AWAY = 3000; // without this part until the socket is closed: the visitor has gone elsewhere

let alive = 0; // parts of this kind: while Streamlit replaces one by another there are two

export function create() {
  alive += 1;
  let component = null;
  let heardOffline = false; // what the page knows
  let reported = -Infinity; // when something else was last said
  let address = null; // of the socket that the page offers
  let given = null; // the visit in it
  let asked = null; // the visit of before the reload that the page was asked for
  let waiting = false; // for its answer
  let patience = null; // the end of that

  const report = () => {
    const offline = socket.lostFor() > OFFLINE;
    if (offline === heardOffline || component === null || performance.now() - reported < AGAIN) return;
    reported = performance.now();
    component.setStateValue("offline", offline);
  };
  const reporting = setInterval(report, 500);

  async function update(data, latest) {
    component = latest;
    heardOffline = data.offline === true;
    const path = text(data.socket, 300);
    if (path === null || !path.startsWith("/") || path.startsWith("//")) return;
    address = location.origin.replace(/^http/, "ws") + (text(data.base, 200) ?? "") + path;
    given = new URL(address).searchParams.get("visit");
    const before = visit.remembered();
    if (before === null || before === given || data.heard === before) return settle();
    if (asked === before) return waiting ? undefined : socket.connect(address);
    asked = before;
    waiting = true;
    if (!(await visit.isFree(before))) return settle();
    component.setStateValue("visit", before);
    patience = setTimeout(() => {
      waiting = false;
      socket.connect(address);
    }, DECISION);
  }

  /** The page has decided which visit this tab is. */
  function settle() {
    clearTimeout(patience);
    waiting = false;
    visit.remember(given);
    socket.connect(address);
  }

  function remove() {
    clearInterval(reporting);
    clearTimeout(patience);
    alive -= 1;
    setTimeout(() => alive === 0 && socket.disconnect(), AWAY);
  }

  return { update, remove };
}

