// Has Python draw its parts of the page anew, when the server says that it is their turn.

const SETTLE = 1000; // milliseconds that a click or a key has to reach the server undisturbed
const LEAVE = 10_000; // that the page which a link leads to may take to come
const AGAIN = 100; // between two looks whether all is quiet

let latest = null;
let busy = 0; // until when something that the visitor did is on its way
let leaving = null; // the path that a link leads to, and until when it may not have been reached
let timer = null;
let current = null; // what tells Python: one on a page, and while one page replaces another the newer of two

// What is said of the old page after a link was followed makes Streamlit (1.67) empty the new one, and what is
// said together with a click may swallow it: so a redrawing waits until the visitor has been answered.
document.addEventListener(
  "click",
  (event) => {
    const path = event.composedPath().filter((element) => element instanceof Element);
    if (path.some((element) => element.matches(".st-key-canvas"))) return; // a stroke is a value, no press
    busy = performance.now() + SETTLE;
    const link = path.find((element) => element instanceof HTMLAnchorElement && element.href);
    if (link) leaving = { path: new URL(link.href).pathname, until: performance.now() + LEAVE };
  },
  true,
);
for (const way of ["keydown", "popstate"]) {
  addEventListener(way, () => (busy = performance.now() + SETTLE), true);
}

const isQuiet = () => {
  const now = performance.now();
  if (now < busy) return false;
  if (leaving !== null && location.pathname !== leaving.path && now < leaving.until) return false;
  leaving = null;
  const app = document.querySelector("[data-testid=stApp]");
  return app?.getAttribute("data-test-script-state") !== "running";
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
