import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { NewPassword } from "../../features/accounts/new-password.tsx";
import { linkTokens } from "../../service/link-tokens.ts";

const route = getRouteApi("/new-password");

export function NewPasswordPage() {
  const { token } = route.useRouteContext();
  const navigate = useNavigate();
  function onDone(): void {
    linkTokens.forget("/new-password");
    void navigate({ to: "/", replace: true });
  }
  return <NewPassword key={token} token={token} onDone={onDone} />;
}
