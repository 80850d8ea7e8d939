import { ForgotPassword } from "../../features/accounts/forgot-password.tsx";

export function ForgotPasswordPage() {
  return <ForgotPassword />;
}
