export const conflictTexts = {
  title: "This note was changed while you were writing",
  hint: "Your text stays here until you choose which version to keep.",
  show: "Show the other text",
  nothing: "It is empty.",
  keepMine: "Keep mine",
  takeTheirs: "Take theirs",
  taken: "Your text was replaced",
};
