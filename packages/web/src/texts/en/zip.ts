export const zipTexts = {
  name: (title: string) => `${title}.zip`,
  finished: "All files are in the ZIP.",
  failed: (filename: string) => `The ZIP was not finished: ${filename} could not be read completely. Try again.`,
  notSaved: "The ZIP could not be saved. Is there enough space on the disk?",
  missing: (names: readonly string[]) => `Not in the ZIP, because they could not be downloaded: ${names.join(", ")}`,
  missingFile: "NOT IN THIS ZIP.txt",
};
