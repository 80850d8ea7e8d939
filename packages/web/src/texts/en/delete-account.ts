/** The texts for the deletion of the user's own account. */
export const deleteAccountTexts = {
  title: "Delete account",
  hint: "Your account closes at once, and you have 14 days to change your mind.",
  noPassword: "You sign in with an identity provider. Ask the operator of this service to delete your account.",
  open: "Delete my account…",
  goes: "This is deleted:",
  notes: { one: "note", other: "notes" },
  files: { one: "file", other: "files" },
  filesOf: (files: string, size: string) => `${files}, ${size} with the deleted ones`,
  links: { one: "link that works", other: "links that work" },
  people: { one: "person loses", other: "people lose" },
  peopleLose: (people: string) => `${people} access to what you shared`,
  rest: "Your sessions, API tokens, passkeys and settings are deleted, too. Files that you sent to notes of other people stay there.",
  log: "The audit log of the service still contains the events, with the id of your account.",
  keep: "Sign in within 14 days to keep the account. After that, nobody can bring it back.",
  action: "Delete my account",
  failedToLoad: "The list of deleted things could not be loaded",
};
