export const mailPreferences = {
  title: "Mails",
  hint: "Mails about your password and your email address are always sent.",
  unproven: "Confirm your email address first. Until then, you get only the mails about requests for access.",
  failedToLoad: "Your choices could not be loaded",
  choices: { at_once: "At once", daily: "Once a day", never: "Never" },
  topics: {
    shares: "Something is shared with you",
    expiry: "A share ends within a day",
    links: "Somebody opens your links or downloads files",
    files: "Your file requests receive files",
    requests: "Somebody asks for access",
  },
  topicHints: {
    links: "Each link also has its own setting.",
    files: "Each request also has its own setting.",
  },
};
