export const attachments = { title: "Files", attach: "Attach files", download: "Download" };
