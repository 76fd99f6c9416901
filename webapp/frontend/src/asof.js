// What was published since the page that led here: where the data has changed between the two, the page says so.
const key = "commissure-as-of";

function words(moment) {
  return `${moment.slice(0, 10)} ${moment.slice(11, 16)}`;
}

function tell(before, now) {
  const notice = document.createElement("div");
  notice.className = "notice changed";
  notice.setAttribute("role", "status");
  const said = document.createElement("p");
  said.textContent = `What is held has changed since the page before: that showed data as of ${words(before)}, this one as of ${words(now)}.`;
  notice.append(said);
  document.getElementById("main").prepend(notice);
}

export function asOf() {
  const now = document.body.dataset.asOf;
  if (!now) return;
  let before = null;
  const keep = () => {
    try {
      before = sessionStorage.getItem(key);
      sessionStorage.setItem(key, now);
    } catch {
      // A browser that keeps nothing compares nothing.
    }
  };
  keep();
  // A page that comes back from the browser's memory shows what it showed.
  addEventListener("pageshow", (event) => event.persisted && keep());
  if (before && before !== now && !document.querySelector(".notice.changed")) tell(before, now);
  // A link that opens elsewhere takes it along in its address.
  for (const kind of ["click", "auxclick"]) document.addEventListener(kind, (event) => {
    const link = event.target.closest?.("a[href]");
    const elsewhere = event.button === 1 || event.ctrlKey || event.metaKey || event.shiftKey;
    if (!link || !elsewhere || link.origin !== location.origin || link.hasAttribute("download") || /^\/(api|static)\//.test(link.pathname)) return;
    const url = new URL(link.href);
    url.searchParams.set("as_of", now);
    link.href = url.href;
  }, true);
}
