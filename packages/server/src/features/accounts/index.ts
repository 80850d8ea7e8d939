import type { Deps } from "../../platform/deps.ts";
import { deleteExpiredAccountLinks } from "./own/account-links.ts";
import * as deletion from "./own/delete-account.ts";
import * as email from "./own/email.ts";
import { recordBrowser } from "./own/known-browsers.ts";
import * as owner from "./own/owner.ts";
import * as passkeys from "./own/passkeys.ts";
import * as password from "./own/password.ts";
import * as secondFactor from "./own/second-factor.ts";

export type AccountVerbs = ReturnType<typeof createAccounts>;

/** Creates what the rest of the service does with this feature. */
export function createAccounts(deps: Deps) {
  return {
    authenticateSession: owner.authenticateSession(deps),
    limitAccountRequests: owner.limitAccountRequests(deps),
    countPasswordGuess: password.countPasswordGuess(deps),
    forgetPasswordGuesses: password.forgetPasswordGuesses(deps),
    rememberAccount: email.rememberAccount(deps),
    requestPasswordReset: password.requestPasswordReset(deps),
    makeResetLink: password.makeResetLink(deps),
    checkResetLink: password.checkResetLink(deps),
    resetPassword: password.resetPassword(deps),
    requestEmailChange: email.requestEmailChange(deps),
    confirmEmailChange: email.confirmEmailChange(deps),
    changeEmailOf: email.changeEmailOf(deps),
    changePassword: password.changePassword(deps),
    checkSecondFactor: secondFactor.checkSecondFactor(deps),
    getSecondFactor: secondFactor.getSecondFactor(deps),
    startSecondFactor: secondFactor.startSecondFactor(deps),
    confirmSecondFactor: secondFactor.confirmSecondFactor(deps),
    removeSecondFactor: secondFactor.removeSecondFactor(deps),
    renewRecoveryCodes: secondFactor.renewRecoveryCodes(deps),
    removeSecondFactorOf: secondFactor.removeSecondFactorOf(deps),
    countAccountContents: deletion.countAccountContents(deps),
    closeOwnAccount: deletion.closeOwnAccount(deps),
    closeAccountOf: deletion.closeAccountOf(deps),
    keepAccount: deletion.keepAccount(deps),
    deleteClosedAccounts: deletion.deleteClosedAccounts(deps),
    listPasskeys: passkeys.listPasskeys(deps),
    startPasskey: passkeys.startPasskey(deps),
    addPasskey: passkeys.addPasskey(deps),
    removePasskey: passkeys.removePasskey(deps),
    renamePasskey: passkeys.renamePasskey(deps),
    recordBrowser: recordBrowser(deps),
    startPasskeySignIn: passkeys.startPasskeySignIn(deps),
    useChallenge: passkeys.useChallenge(deps),
    findPasskey: passkeys.findPasskey(deps),
    recordPasskeyUse: passkeys.recordPasskeyUse(deps),
    requestEmailProof: email.requestEmailProof(deps),
    proveEmail: email.proveEmail(deps),
    hasProvenEmail: email.hasProvenEmail(deps),
    hasPassword: owner.hasPassword(deps),
    deleteExpiredAccountLinks: deleteExpiredAccountLinks(deps),
    deleteExpiredSessions: owner.deleteExpiredSessions(deps),
  };
}
