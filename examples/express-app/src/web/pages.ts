import type { UserInfoResponse } from 'openid-client'
import type { Note } from '../api/api.ts'
import type { SignedIn } from './oidc.ts'

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

type Part = Html | string | undefined | readonly Html[]

/** HTML in which every value is escaped, unless it is HTML itself. */
function html({ raw }: TemplateStringsArray, ...values: Part[]): Html {
  return new Html(String.raw({ raw }, ...values.map(written)))
}

function written(value: Part): string {
  if (value === undefined) return ''
  if (value instanceof Html) return value.text
  return typeof value === 'string'
    ? value.replaceAll(/[&<>"']/g, (character) => escapes[character] ?? '')
    : value.map(written).join('')
}

function page(title: string, user: SignedIn | undefined, content: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${title}</title>
  <link rel="stylesheet" href="/notes.css">
</head>
<body>
  <header>
    <a class="brand" href="/">Notes</a>
    ${user && signedInBar(user)}
  </header>
  <main>
    ${content}
  </main>
</body>
</html>
`.text
}

function signedInBar({ name }: SignedIn): Html {
  return html`<nav aria-label="Account">
      <a href="/account">${name}</a>
      <form method="post" action="/logout"><button class="quiet">Log out</button></form>
    </nav>`
}

/** For who is not signed in. */
export function welcomePage(): string {
  return page(
    'Notes',
    undefined,
    html`<section class="welcome">
      <h1>Notes for everyone</h1>
      <p>Readers read them, editors write them, and admins clear up.</p>
      <a class="button" href="/login">Log in</a>
    </section>`,
  )
}

export function notesPage(user: SignedIn, notes: readonly Note[]): string {
  const canRemove = user.roles.includes('admin')
  const list = html`<ul class="notes">${notes.map((note) => noteItem(note, canRemove))}</ul>`
  return page(
    'Notes',
    user,
    html`<h1>Notes</h1>
    ${user.roles.includes('editor') ? noteForm : html`<p class="hint">You can read notes, but not write any.</p>`}
    ${notes.length > 0 ? list : html`<p class="empty">There are no notes yet.</p>`}`,
  )
}

const noteForm = html`<form class="write" method="post" action="/notes">
      <label for="text">A new note</label>
      <div>
        <input id="text" name="text" required maxlength="200" autocomplete="off">
        <button>Add</button>
      </div>
    </form>`

function noteItem({ id, author, text }: Note, canRemove: boolean): Html {
  const remove = html`<form method="post" action="/notes/${id}/remove"><button class="quiet" aria-label="Remove ${text}">Remove</button></form>`
  return html`<li><p>${text}<small>${author}</small></p>${canRemove ? remove : undefined}</li>`
}

export function accountPage(user: SignedIn, { sub, name, email }: UserInfoResponse): string {
  return page(
    'Account – Notes',
    user,
    html`<h1>Account</h1>
    <dl>
      <dt>Name</dt><dd>${name ?? sub}</dd>
      <dt>E-mail</dt><dd>${email ?? '–'}</dd>
      <dt>Roles</dt><dd>${user.roles.join(', ')}</dd>
    </dl>`,
  )
}

export function problemPage(title: string, why: string, user?: SignedIn): string {
  const again = html`<a class="button" href="/login">Log in</a>`
  return page(
    `${title} – Notes`,
    user,
    html`<section role="alert"><h1>${title}</h1><p>${why}</p></section>${user ? undefined : again}`,
  )
}
