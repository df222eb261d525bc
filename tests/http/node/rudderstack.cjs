// Sends `count` track events through @rudderstack/rudder-sdk-node and waits until each is delivered or given up.
const RudderAnalytics = require('@rudderstack/rudder-sdk-node')

const [host, writeKey, count] = process.argv.slice(2)
const analytics = new RudderAnalytics(writeKey, { dataPlaneUrl: host, flushInterval: 200, logLevel: 'error' })
const sent = [new Promise((settle) => analytics.identify({ userId: 'node-2', traits: { plan: 'trial' } }, settle))]
for (let number = 0; number < Number(count); number++) {
  const message = { userId: 'node-2', event: 'report_shared', properties: { number, audience: 'team' } }
  sent.push(new Promise((settle) => analytics.track({ ...message, messageId: `rudder-node-${number}` }, settle)))
}
Promise.all(sent).then((errors) => {
  console.log('done', errors.filter(Boolean).length)
  process.exit(0)
})
