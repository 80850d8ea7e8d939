import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { SignIn } from "../../features/accounts/sign-in.tsx";
import { ownPath } from "../guards.ts";

const route = getRouteApi("/signed-out/sign-in");

export function SignInPage() {
  const { to, error } = route.useSearch();
  const navigate = useNavigate();
  return <SignIn to={to} error={error} onDone={() => void navigate({ href: ownPath(to), replace: true })} />;
}
