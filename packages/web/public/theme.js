(() => {
  try {
    const theme = localStorage.getItem("valetkey.theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // If the browser forbids storage, the page uses the theme of the system.
  }
})();
