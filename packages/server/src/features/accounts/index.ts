import type { Deps } from "../../platform/deps.ts";
import { deleteExpiredAccountLinks } from "./own/account-links.ts";
import {
  closeAccountOf,
  closeOwnAccount,
  countAccountContents,
  deleteClosedAccounts,
  keepAccount,
} from "./own/delete-account.ts";
import {
  changeEmailOf,
  confirmEmailChange,
  hasProvenEmail,
  proveEmail,
  rememberAccount,
  requestEmailChange,
  requestEmailProof,
} from "./own/email.ts";
import { recordBrowser } from "./own/known-browsers.ts";
import { authenticateSession, deleteExpiredSessions, hasPassword, limitAccountRequests } from "./own/owner.ts";
import {
  addPasskey,
  findPasskey,
  listPasskeys,
  recordPasskeyUse,
  removePasskey,
  renamePasskey,
  startPasskey,
  startPasskeySignIn,
  useChallenge,
} from "./own/passkeys.ts";
import {
  changePassword,
  checkResetLink,
  countPasswordGuess,
  forgetPasswordGuesses,
  makeResetLink,
  requestPasswordReset,
  resetPassword,
} from "./own/password.ts";
import {
  checkSecondFactor,
  confirmSecondFactor,
  getSecondFactor,
  removeSecondFactor,
  removeSecondFactorOf,
  renewRecoveryCodes,
  startSecondFactor,
} from "./own/second-factor.ts";

export type AccountVerbs = ReturnType<typeof createAccounts>;

/** Creates what the rest of the service does with this feature. */
export function createAccounts(deps: Deps) {
  return {
    authenticateSession: authenticateSession(deps),
    limitAccountRequests: limitAccountRequests(deps),
    countPasswordGuess: countPasswordGuess(deps),
    forgetPasswordGuesses: forgetPasswordGuesses(deps),
    rememberAccount: rememberAccount(deps),
    requestPasswordReset: requestPasswordReset(deps),
    makeResetLink: makeResetLink(deps),
    checkResetLink: checkResetLink(deps),
    resetPassword: resetPassword(deps),
    requestEmailChange: requestEmailChange(deps),
    confirmEmailChange: confirmEmailChange(deps),
    changeEmailOf: changeEmailOf(deps),
    changePassword: changePassword(deps),
    checkSecondFactor: checkSecondFactor(deps),
    getSecondFactor: getSecondFactor(deps),
    startSecondFactor: startSecondFactor(deps),
    confirmSecondFactor: confirmSecondFactor(deps),
    removeSecondFactor: removeSecondFactor(deps),
    renewRecoveryCodes: renewRecoveryCodes(deps),
    removeSecondFactorOf: removeSecondFactorOf(deps),
    countAccountContents: countAccountContents(deps),
    closeOwnAccount: closeOwnAccount(deps),
    closeAccountOf: closeAccountOf(deps),
    keepAccount: keepAccount(deps),
    deleteClosedAccounts: deleteClosedAccounts(deps),
    listPasskeys: listPasskeys(deps),
    startPasskey: startPasskey(deps),
    addPasskey: addPasskey(deps),
    removePasskey: removePasskey(deps),
    renamePasskey: renamePasskey(deps),
    recordBrowser: recordBrowser(deps),
    startPasskeySignIn: startPasskeySignIn(deps),
    useChallenge: useChallenge(deps),
    findPasskey: findPasskey(deps),
    recordPasskeyUse: recordPasskeyUse(deps),
    requestEmailProof: requestEmailProof(deps),
    proveEmail: proveEmail(deps),
    hasProvenEmail: hasProvenEmail(deps),
    hasPassword: hasPassword(deps),
    deleteExpiredAccountLinks: deleteExpiredAccountLinks(deps),
    deleteExpiredSessions: deleteExpiredSessions(deps),
  };
}
