export const palette = {
  title: "Search, go and do",
  placeholder: "Search notes, or say what to do",
  none: "Nothing found",
  notes: "Notes",
  go: "Go to",
  do: "Do",
  light: "Use the light theme",
  dark: "Use the dark theme",
  system: "Use the theme of the system",
};
