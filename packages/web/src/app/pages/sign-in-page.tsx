import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { SignIn } from "../../features/accounts/sign-in.tsx";
import { ownPath } from "../session.ts";

const route = getRouteApi("/signed-out/sign-in");

export function SignInPage() {
  const { to, error } = route.useSearch();
  const navigate = useNavigate();
  const path = ownPath(to);
  return <SignIn to={path} error={error} onDone={() => void navigate({ href: path, replace: true })} />;
}
