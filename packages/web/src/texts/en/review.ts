export const reviewTexts = {
  waits: "Waits for your review",
  accept: "Accept",
  acceptOf: (filename: string) => `Accept ${filename}`,
  reject: "Reject",
  rejectOf: (filename: string) => `Reject ${filename}`,
};
