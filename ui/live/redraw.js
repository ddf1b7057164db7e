// Has Python draw its parts of the page anew, when the server says that it is their turn.

const SETTLE = 1000; // milliseconds that a click or a key has to reach the server undisturbed
const LEAVE = 5000; // the same for a change of page
const AGAIN = 100; // between two looks whether all is quiet

let latest = null;
let busy = 0; // until when something that the visitor did is on its way
let timer = null;
let current = null; // what tells Python: one on a page, and while one page replaces another the newer of two

// What is said of the old page after a link was followed makes Streamlit (1.67) empty the new one, and what is
// said together with a click may swallow it: so a redrawing waits until the visitor has been answered.
const wait = (milliseconds) => (busy = Math.max(busy, performance.now() + milliseconds));
document.addEventListener(
  "click",
  (event) => {
    const leaves = event.composedPath().some((element) => element instanceof Element && element.matches("a[href]"));
    wait(leaves ? LEAVE : SETTLE);
  },
  true,
);
document.addEventListener("keydown", () => wait(SETTLE), true);
addEventListener("popstate", () => wait(LEAVE));

const isQuiet = () => {
  const app = document.querySelector("[data-testid=stApp]");
  return performance.now() >= busy && app?.getAttribute("data-test-script-state") !== "running";
};

/** The server's count has risen: it is this page's turn. */
export function hear(value) {
  if (!Number.isSafeInteger(value)) return;
  latest = value;
  ask();
}

function ask() {
  clearTimeout(timer);
  if (isQuiet()) current?.setStateValue("redraw", latest);
  else timer = setTimeout(ask, AGAIN);
}

export function create() {
  let own = null;
  busy = 0; // this is the page that the visitor wanted
  return {
    update(data, component) {
      current = own = component;
    },
    remove() {
      if (current !== own) return; // the next page's stands already
      current = null;
      clearTimeout(timer);
    },
  };
}
