import { redirect } from "next/navigation";
import { currentUser } from "../users";
import { SignIn } from "./sign-in";

export default async function Page() {
  const user = await currentUser();
  if (user === null) return <SignIn />;
  redirect(`/albums/${encodeURIComponent(user.id)}`);
}
