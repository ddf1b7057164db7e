// Has Python draw its parts of the page anew, when the server says that it is their turn.

let latest = null;
const listeners = new Set();

/** The server's count has risen: it is somebody's turn. */
export function hear(value) {
  if (!Number.isSafeInteger(value)) return;
  latest = value;
  for (const listener of [...listeners]) listener();
}

export function create() {
  let component = null;
  const ask = () => component?.setStateValue("redraw", latest);
  listeners.add(ask);
  return {
    update(data, current) {
      component = current;
    },
    remove: () => listeners.delete(ask),
  };
}
