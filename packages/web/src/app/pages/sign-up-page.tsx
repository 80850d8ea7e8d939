import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { SignUp } from "../../features/accounts/sign-up.tsx";
import { ownPath } from "../session.ts";

const route = getRouteApi("/signed-out/sign-up");

export function SignUpPage() {
  const { to } = route.useSearch();
  const navigate = useNavigate();
  const path = ownPath(to);
  return <SignUp to={path} onDone={() => void navigate({ href: path, replace: true })} />;
}
