"""SmartShop: a storefront with its customer intelligence built in.

The storeys, top to bottom; a storey imports only from storeys below it:

factory      create_app: configure, extensions, models, gate, blueprints, commands
web, cli     the doors: pages by audience, commands by noun
jobs         what runs on a schedule, and its ledger
demo         the simulated shop
insights     segments, churn and value: the only room with a key to the ml library
orders       placing, history, states
cart         the basket
pricing, inventory, payments, activity
             what it costs, what is left, how it is paid, what people did
catalog      products, variants, categories, pictures, reviews
messaging    the e-mail outbox
identity     people, roles, sign-ins
kernel       what every feature needs and none owns
"""
