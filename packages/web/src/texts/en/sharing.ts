export const sharing = {
  roles: { owner: "Only you", editor: "Shared with you: you can edit", viewer: "Shared with you: you can look" },
};
