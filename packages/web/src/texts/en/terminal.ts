export const terminalTexts = {
  title: "Give a terminal access",
  hint: "Type the code that your own terminal shows. Never type a code that somebody gave you: it would give that person access to your account.",
  code: "Code",
  codeHint: "8 letters. It works for 10 minutes.",
  codeMissing: "Type the code that the terminal shows.",
  next: "Continue",
  ask: "Give this terminal access?",
  address: "IP address",
  asked: "Asked",
  account: "Your account",
  onlyIf: "Give access only if you have just started this yourself. The name above can be false.",
  rights: (until: string) =>
    `Until ${until}, the terminal can do everything that you can do here, except change how you sign in.`,
  confirm: "Give access",
  refuse: "Refuse",
  done: {
    confirm: {
      title: "Your terminal has access",
      hint: "Go back to your terminal. You can end the access in the settings at any time.",
    },
    refuse: { title: "Refused", hint: "The terminal gets no access." },
  },
  tokens: "Open your API tokens",
};
