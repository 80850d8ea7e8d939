import { refresh } from "next/cache";
import { currentUser, mayUseAlbum, readers } from "../../../users";
import { SignIn } from "../../sign-in";
import { Album } from "./album";

async function share(form: FormData) {
  "use server";
  const user = await currentUser();
  if (user === null) return;
  const names = readers.get(user.id) ?? new Set();
  readers.set(user.id, names.add(String(form.get("name"))));
  refresh();
}

export default async function Page({ params }: { params: Promise<{ owner: string }> }) {
  const owner = decodeURIComponent((await params).owner);
  const user = await currentUser();
  if (user === null) return <SignIn />;
  if (!mayUseAlbum(user, "read", owner)) {
    return (
      <p>
        Access denied: {owner} has not shared this album with you. <a href="/">Open your album</a>
      </p>
    );
  }
  const isOwner = user.id === owner;
  return (
    <>
      <h1>The album of {owner}</h1>
      <Album owner={owner} isOwner={isOwner} />
      {isOwner && (
        <form action={share}>
          <label>
            Let this person see it <input name="name" required />
          </label>
          <button type="submit">Share</button>
          <p>Seen by: {[...(readers.get(owner) ?? [])].join(", ") || "nobody else"}</p>
        </form>
      )}
    </>
  );
}
