// A page with RudderStack's browser SDK, unmodified, its plugins bundled, its settings fetched from the server.
import { RudderAnalytics } from '@rudderstack/analytics-js/bundled'

window.start = (url, writeKey) =>
  new Promise((settle) => {
    window.rudder = new RudderAnalytics()
    window.rudder.load(writeKey, url, { configUrl: url, onLoaded: () => settle(true), logLevel: 'ERROR' })
  })
window.track = (number) => window.rudder.track('report_shared', { number, audience: 'team' })
window.anonymousId = () => window.rudder.getAnonymousId()
