module example.com/shop

go 1.24

require github.com/stile-id/stile/sdk/go v0.0.0

replace github.com/stile-id/stile/sdk/go => ../../sdk/go
