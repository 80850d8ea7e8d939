/** The pages for a forgotten password and for the proof of an email address. */
export const recovery = {
  forgot: {
    title: "Forgot your password?",
    hint: "Enter your email address. You get a mail with a link for a new password.",
    action: "Send the link",
    pending: "Sending…",
    sentTitle: "Check your mail",
    sent: (email: string) => `If ${email} has an account with a password here, a mail with a link is on its way.`,
    sentHint:
      "It arrives within a few minutes, and its link works for an hour. If it does not come, look in your spam folder.",
    noMail: "This service sends no mails. Ask the person who runs it for a link. This command makes one:",
    command: (email: string) => `npx valetkey user reset ${email}`,
    exampleEmail: "you@example.com",
    back: "Back to sign-in",
  },
  reset: {
    title: "Choose a new password",
    hint: (email: string) => `For the account ${email}. All browsers are signed out, except this one.`,
    action: "Save and sign in",
    pending: "Saving…",
    done: "Your password is changed, and all other browsers are signed out.",
  },
  invalid: {
    title: "This link no longer works",
    hint: "It has expired, was used, or your password has changed since. Each link works once.",
    action: "Ask for a new link",
    signIn: "Sign in",
  },
  confirm: {
    title: "Confirm your email address",
    pending: "Confirming your email address…",
    signedOut: "Sign in to the account whose email address you confirm. You return here afterwards.",
    signIn: "Sign in",
    doneTitle: "Your email address is confirmed",
    doneHint: "Notes and files that people share with it now reach your account.",
    open: "Open your notes",
    invalidHint: "It has expired or was used. You can send the mail again in the settings.",
    otherAccount: "This link is for another account. Sign out, and sign in to that account.",
    settings: "Open the settings",
  },
};
