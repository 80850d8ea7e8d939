export const notes = {
  untitled: "Untitled",
  list: { owned: "Notes", shared: "Shared with me" },
  empty: {
    owned: {
      title: "A note holds your files",
      hint: "Write down what they are, drop them in, share them for as long as you like.",
      action: "New note",
    },
    shared: {
      title: "Nothing is shared with you yet",
      hint: "When someone shares a note with your e-mail address, it appears here.",
    },
    pick: "Choose a note to read it here.",
  },
  title: "Title",
  body: "Text",
  back: "Back to the list",
  failedToLoad: "The notes could not be loaded",
  failedToLoadOne: "This note could not be loaded",
};
