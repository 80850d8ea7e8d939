(() => {
  // Chooses the placeholders of the first paint (index.html). Pages before the sign-in have no placeholders.
  const [, list, note, page] =
    /^(\/(?:shared)?$)|^(\/n\/)|^(\/(?:links|activity|deleted|attach|settings|admin)\b)/.exec(location.pathname) ?? [];
  const frame = (list && "list") ?? (note && "note") ?? (page && "page");
  if (frame !== undefined) document.documentElement.dataset.frame = frame;
  try {
    const theme = localStorage.getItem("valetkey.theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // If the browser forbids storage, the page uses the theme of the system.
  }
})();
