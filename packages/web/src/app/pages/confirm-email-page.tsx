import { getRouteApi } from "@tanstack/react-router";
import { ConfirmEmail } from "../../features/accounts/confirm-email.tsx";

const route = getRouteApi("/confirm-email");

export function ConfirmEmailPage() {
  const { token } = route.useRouteContext();
  return <ConfirmEmail key={token} token={token} path="/confirm-email" />;
}
