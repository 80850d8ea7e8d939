import { getRouteApi } from "@tanstack/react-router";
import { ConfirmEmail } from "../../features/accounts/confirm-email.tsx";
import { accountCalls } from "../../service/account-calls.ts";
import { recovery } from "../../texts/en/recovery.ts";

const proof = getRouteApi("/confirm-email");
const change = getRouteApi("/new-email");

export function ConfirmEmailPage() {
  const { token } = proof.useRouteContext();
  const { proveEmail: confirm } = accountCalls;
  return <ConfirmEmail key={token} token={token} path="/confirm-email" words={recovery.confirm} confirm={confirm} />;
}

export function NewEmailPage() {
  const { token } = change.useRouteContext();
  const { confirmEmailChange: confirm } = accountCalls;
  return <ConfirmEmail key={token} token={token} path="/new-email" words={recovery.newEmail} confirm={confirm} />;
}
