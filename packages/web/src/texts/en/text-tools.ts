/** The names of the buttons above the text of a note while the user writes. */
export const textToolsTexts = {
  label: "Format the text",
  bold: "Bold",
  heading: "Heading",
  list: "List",
  task: "Task",
  link: "Link",
};
