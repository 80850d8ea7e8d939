export const shortcuts = {
  title: "Keyboard shortcuts",
  between: "then",
  keys: {
    "mod+k": "Search, go and do",
    n: "New note",
    "/": "Search the notes",
    j: "Next note",
    k: "Previous note",
    e: "Edit the text",
    u: "Attach files",
    s: "Share the note",
    "g n": "Go to your notes",
    "g s": "Go to what is shared with you",
    "g a": "Go to the activity",
    "g ,": "Go to the settings",
    "?": "Show these shortcuts",
  },
};
