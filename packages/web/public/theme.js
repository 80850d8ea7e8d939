(() => {
  try {
    const theme = localStorage.getItem("valetkey.theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // A page that may store nothing follows the system.
  }
})();
