// Keeps a page up to date without a reload: when the server tells that something has happened, the
// page is fetched again and the sections that have changed are replaced. Where nothing can be told
// it looks by itself now and then; without scripts the page reloads.
"use strict";

const MAIN = "main";
const TOLD = [
  "pipeline", "reloaded", "observations.collected", "candidate.registered", "candidate.rejected",
  "model.promoted", "model.rolled_back", "forecast.issued", "forecast.verified", "drift.detected",
  "retraining.requested",
];
const SETTLE_MS = 400; // what happens together is shown together
const LOOK_ANYWAY_MS = 60_000; // ages grow even if nothing happens

function isInUse(section) {
  return section.contains(document.activeElement) && document.activeElement !== document.body;
}

function keepOpenDetails(oldSection, newSection) {
  const fresh = newSection.querySelectorAll("details");
  oldSection.querySelectorAll("details").forEach((details, index) => {
    if (fresh[index]) fresh[index].open = details.open;
  });
}

function replaceChanged(fresh) {
  const main = document.querySelector(MAIN);
  const ids = (root) => [...root.children].map((child) => child.id).join();
  if (ids(main) !== ids(fresh)) {
    main.replaceWith(fresh);
    start();
    return;
  }
  [...fresh.children].forEach((section, index) => {
    const current = main.children[index];
    keepOpenDetails(current, section);
    if (!current.isEqualNode(section) && !isInUse(current)) current.replaceWith(section);
  });
}

async function refresh() {
  try {
    const answer = await fetch(window.location.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector(MAIN);
    if (fresh) replaceChanged(document.adoptNode(fresh));
  } catch {
    // The server is away for a moment: what is shown stays, the next attempt is due soon.
  }
}

let timer = null;
let source = null;

function refreshIn(milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(() => {
    refreshIn(LOOK_ANYWAY_MS);
    refresh();
  }, milliseconds);
}

function listen(address) {
  source = new EventSource(address);
  TOLD.forEach((name) => source.addEventListener(name, () => refreshIn(SETTLE_MS)));
}

function stop() {
  clearTimeout(timer);
  source?.close();
  source = null;
}

function start() {
  const { live, againSeconds } = document.querySelector(MAIN).dataset;
  stop();
  if (live) listen(live);
  refreshIn(againSeconds ? againSeconds * 1000 : LOOK_ANYWAY_MS);
}

// A page nobody looks at need not be kept up to date, nor hold a connection.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    stop();
  } else {
    start();
    refreshIn(0);
  }
});

start();
