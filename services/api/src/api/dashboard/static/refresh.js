// Keeps the page up to date without a reload: fetches it again and replaces the sections that have
// changed. Without scripts the page reloads by itself.
"use strict";

const MAIN = "main[data-refresh-seconds]";

function isInUse(section) {
  return section.contains(document.activeElement) && document.activeElement !== document.body;
}

function keepOpenDetails(oldSection, newSection) {
  const open = oldSection.querySelector("details[open]");
  const details = newSection.querySelector("details");
  if (open && details) details.open = true;
}

function replaceChanged(fresh) {
  const main = document.querySelector(MAIN);
  const ids = (root) => [...root.children].map((child) => child.id).join();
  if (ids(main) !== ids(fresh)) {
    main.replaceWith(fresh);
    return;
  }
  [...fresh.children].forEach((section, index) => {
    const current = main.children[index];
    keepOpenDetails(current, section);
    if (!current.isEqualNode(section) && !isInUse(current)) current.replaceWith(section);
  });
  main.dataset.refreshSeconds = fresh.dataset.refreshSeconds;
}

async function refresh() {
  try {
    const answer = await fetch(window.location.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector(MAIN);
    if (fresh) replaceChanged(fresh);
  } catch {
    // The server is away for a moment: what is shown stays, the next attempt is due soon.
  }
  schedule();
}

function schedule() {
  const seconds = Number(document.querySelector(MAIN).dataset.refreshSeconds);
  // A page nobody looks at need not be kept up to date.
  setTimeout(() => (document.hidden ? schedule() : refresh()), seconds * 1000);
}

schedule();
