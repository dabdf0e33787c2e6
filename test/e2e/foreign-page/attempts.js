/** What a page tries, given the address of the admin API; each gives what it could read, if anything. */
globalThis.attempts = {
  'fetch, reading the issuers': async (api) => (await fetch(`${api}/issuers`)).text(),
  'fetch without CORS, reading the journal': async (api) =>
    (await fetch(`${api}/issuers/default/requests`, { mode: 'no-cors', credentials: 'include' })).text(),
  'fetch of JSON, arming a fault': async (api) => {
    const headers = { 'content-type': 'application/json' }
    return (
      await fetch(`${api}/issuers/default/faults`, { method: 'POST', headers, body: '{"fault":"slow_down"}' })
    ).text()
  },
  'fetch with the right token': async (api) => {
    const headers = { authorization: 'Bearer s3cret', 'x-forwarded-host': 'localhost' }
    return (await fetch(`${api}/issuers`, { headers })).text()
  },
  'fetch of text that is JSON, arming a fault': async (api) =>
    (
      await fetch(`${api}/issuers/default/faults`, { method: 'POST', mode: 'no-cors', body: '{"fault":"slow_down"}' })
    ).text(),
  'fetch of a form, resetting': async (api) =>
    (
      await fetch(`${api}/issuers/default/reset`, {
        method: 'POST',
        mode: 'no-cors',
        body: new URLSearchParams({ a: 'b' }),
      })
    ).text(),
  'fetch of nothing, resetting': async (api) =>
    (await fetch(`${api}/issuers/default/reset`, { method: 'POST', mode: 'no-cors' })).text(),
  'fetch, disarming': async (api) => (await fetch(`${api}/issuers/default/faults`, { method: 'DELETE' })).text(),
  XMLHttpRequest: (api) =>
    new Promise((resolve) => {
      const request = new XMLHttpRequest()
      request.onloadend = () => resolve(request.responseText)
      request.open('POST', `${api}/issuers/default/reset`)
      request.send('{}')
    }),
  'a beacon': async (api) => {
    navigator.sendBeacon(`${api}/issuers/default/reset`, '{}')
    return ''
  },
  'an image': (api) =>
    new Promise((resolve) => {
      const image = new Image()
      image.onload = () => resolve('the image has loaded')
      image.onerror = () => resolve('')
      image.src = `${api}/issuers/default/requests`
    }),
  'a script': (api) =>
    new Promise((resolve) => {
      const script = document.createElement('script')
      script.onload = () => resolve('the script has run')
      script.onerror = () => resolve('')
      script.src = `${api}/issuers`
      document.body.append(script)
    }),
  'a stream of events': (api) =>
    new Promise((resolve) => {
      const stream = new EventSource(`${api}/issuers/default/requests/stream`)
      stream.onopen = () => resolve('the stream has opened')
      stream.onerror = () => {
        stream.close()
        resolve('')
      }
    }),
  'a web socket': (api) =>
    new Promise((resolve) => {
      const socket = new WebSocket(api.replace('http', 'ws'))
      socket.onopen = () => resolve('the socket has opened')
      socket.onerror = () => resolve('')
    }),
  'a form, arming a fault': (api) =>
    new Promise((resolve) => {
      const frame = document.createElement('iframe')
      frame.name = `into${Math.random()}`
      document.body.append(frame)
      const form = Object.assign(document.createElement('form'), {
        action: `${api}/issuers/default/faults`,
        method: 'post',
        enctype: 'text/plain',
        target: frame.name,
      })
      // Sent as {"fault":"slow_down","with":{"a":"="}}, more or less.
      const input = Object.assign(document.createElement('input'), { name: '{"fault":"slow_down","x":"', value: '"}' })
      form.append(input)
      document.body.append(form)
      frame.onload = () => setTimeout(() => resolve(''), 50)
      form.submit()
    }),
  'a frame, showing the journal': (api) =>
    new Promise((resolve) => {
      const frame = document.createElement('iframe')
      frame.onload = () => {
        let text = ''
        try {
          text = frame.contentDocument?.body.textContent ?? ''
        } catch {}
        resolve(text)
      }
      frame.src = `${api}/issuers/default/requests`
      document.body.append(frame)
    }),
}
