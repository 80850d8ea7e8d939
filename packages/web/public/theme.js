(() => {
  try {
    const theme = localStorage.getItem("valetkey.theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // Without storage, the page follows the system.
  }
})();
