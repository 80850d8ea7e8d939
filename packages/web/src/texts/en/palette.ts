export const paletteTexts = {
  title: "Search, go and do",
  placeholder: "Search notes, or say what to do",
  none: "Nothing found",
  notes: "Notes",
  note: "This note",
  go: "Go to",
  do: "Do",
  light: "Use the light theme",
  dark: "Use the dark theme",
  system: "Use the theme of the system",
};
