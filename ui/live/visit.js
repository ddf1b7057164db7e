// Which visit this tab is: kept over a reload, but not by a copy of the tab, which is another visitor.

const NAME = "digits.visit";
const PATIENCE = 120; // milliseconds for another tab to object

let mine = null;
const channel = "BroadcastChannel" in window ? new BroadcastChannel(NAME) : null;
const objections = new Set();

channel?.addEventListener("message", ({ data }) => {
  if (typeof data?.wanted === "string" && data.wanted === mine) channel.postMessage({ taken: mine });
  if (typeof data?.taken === "string") objections.add(data.taken);
});

export function remembered() {
  try {
    const token = sessionStorage.getItem(NAME);
    return token && token.length <= 100 ? token : null;
  } catch {
    return null; // storage is forbidden: a reload is a new visit
  }
}

export function remember(token) {
  mine = token;
  try {
    sessionStorage.setItem(NAME, token);
  } catch {
    // as above
  }
}

/** Tell whether no other open tab is this visit. */
export async function isFree(token) {
  if (channel === null) return true;
  objections.delete(token);
  channel.postMessage({ wanted: token });
  await new Promise((resolve) => setTimeout(resolve, PATIENCE));
  return !objections.has(token);
}
